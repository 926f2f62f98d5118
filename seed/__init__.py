"""青浜県: a fictional prefecture, told as calls to domain verbs."""
