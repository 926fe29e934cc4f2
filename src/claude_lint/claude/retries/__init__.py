"""What repeats a request: policies of libraries, transports, and loops written by hand."""
