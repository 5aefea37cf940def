"""Keys and the commands that they run: one registry, keymaps as TOML files. Knows nothing of the screen."""
