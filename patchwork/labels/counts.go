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
	side := make([]int8, t.size) // 0 train, 1 validation, 2 in neither
	for row := range side {
		if t.Validation(row) {
			side[row] = 1
		}
		if t.Excluded(row) {
			side[row] = 2
		}
	}
	for class, values := range t.columns {
		var n [3][3]int // by side and value, counted without a branch: this runs after every label
		for row, v := range values {
			n[side[row]][v-Unknown]++
		}
		counts[class] = ClassCount{Class: t.classes[class], Train: newCount(n[0]), Validation: newCount(n[1])}
	}
	return counts
}

func newCount(n [3]int) Count {
	return Count{Present: n[Present-Unknown], Absent: n[Absent-Unknown], Unknown: n[0]}
}
