"""What stands on the terminal, and the fewest bytes that make it show something else."""
