-- Which rule took the item, and with which probability; NULL where no chance decided.
ALTER TABLE item ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN inclusion REAL DEFAULT 1;
