"""Datasets without their texts: what stands for a quotation, and how the texts are put back."""
