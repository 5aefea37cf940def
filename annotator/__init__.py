"""Review LLM traces in the terminal and record human judgement."""

__version__ = "0.1.0"
