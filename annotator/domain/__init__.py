"""What the program is about: traces, rubrics, annotations, and the ports through which the outside is reached."""
