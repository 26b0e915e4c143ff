"""The paper side of a file: cover sheets, scans, certification, copies, form of proceedings."""
