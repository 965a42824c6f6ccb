"""Ways to read a table of the tiny project."""

import ca_research as ca

READS = {
    "a table": lambda: ca.load("trade"),
    "a query": lambda: ca.sql("select count(*) from trade"),
    "a relation": lambda: ca.relation("trade"),
    "a coverage": lambda: ca.coverage("trade"),
}
