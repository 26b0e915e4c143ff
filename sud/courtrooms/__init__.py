"""The room of courtrooms: their equipment, its troubles, and what must be recorded in them."""
