"""The Histograms page: how the values of a tag are distributed, over the steps."""
