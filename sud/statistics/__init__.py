"""The room where draws are watched: monitors by night, alarms for the auditor, figures for all."""
