"""What the widget asks before it says anything: whether there is a chat, in which store, and who the shopper is."""
