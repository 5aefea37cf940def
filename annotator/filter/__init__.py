"""A small language that chooses items: parsed, completed, evaluated."""
