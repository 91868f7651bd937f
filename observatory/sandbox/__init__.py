"""The sandbox: chart code runs where it can do nothing but return a chart, and only such charts pass as are known."""
