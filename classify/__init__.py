"""What a post means: `classify.names` finds who is named, `classify.harm` judges what is done to them."""
