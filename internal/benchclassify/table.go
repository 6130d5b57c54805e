package main

import "github.com/gopatchwork/patchwork/patchwork/labels"

// table is a label table in memory in which some rows are labelled.
type table struct {
	classes []string
	truth   [][]labels.Tri // by row and class
	shown   map[int]bool   // rows whose labels are known; nil for all
}

func (t *table) Len() int            { return len(t.truth) }
func (t *table) Classes() []string   { return t.classes }
func (t *table) Excluded(int) bool   { return false }
func (t *table) Validation(int) bool { return false }

func (t *table) Value(row, class int) labels.Tri {
	if t.shown != nil && !t.shown[row] {
		return labels.Unknown
	}
	return t.truth[row][class]
}
