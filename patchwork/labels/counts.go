package labels

// Count is how many rows have each value of one class.
type Count struct {
	Present int `json:"present"`
	Absent  int `json:"absent"`
	Unknown int `json:"unknown"`
}

// ClassCount counts one class. Excluded rows are in neither count: they are never trained on nor evaluated.
type ClassCount struct {
	Class      string `json:"class"`
	Train      Count  `json:"train"`
	Validation Count  `json:"validation"`
}

// Counts returns one entry for each class, in their order. Train and Validation together hold every row that is not
// excluded.
func (t *Table) Counts() []ClassCount {
	counts := make([]ClassCount, len(t.classes))
	for class, values := range t.columns {
		counts[class].Class = t.classes[class]
		for row, v := range values {
			if t.Excluded(row) {
				continue
			}
			c := &counts[class].Train
			if t.Validation(row) {
				c = &counts[class].Validation
			}
			switch v {
			case Present:
				c.Present++
			case Absent:
				c.Absent++
			default:
				c.Unknown++
			}
		}
	}
	return counts
}
