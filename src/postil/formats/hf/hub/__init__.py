"""What the Hugging Face Hub asks of the metadata of any dataset card, checked offline."""
