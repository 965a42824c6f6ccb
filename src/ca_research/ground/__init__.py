"""What all floors stand on: errors, paths, files, economies, periods, permissions of reads."""
