"""What the user wrote: the config file, the environment, rubric files, and where everything lies."""
