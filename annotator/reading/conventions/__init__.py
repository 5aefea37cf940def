"""The conventions, one module each; `annotator.reading.reader` lists them."""
