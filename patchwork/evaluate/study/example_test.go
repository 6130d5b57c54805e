package study_test

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// column is a table of images with one class.
type column []labels.Tri

func (c column) Len() int                    { return len(c) }
func (c column) Classes() []string           { return []string{"water"} }
func (c column) Value(row, _ int) labels.Tri { return c[row] }
func (c column) Excluded(int) bool           { return false }
func (c column) Validation(int) bool         { return false }

func ExampleFolds() {
	table := column{1, 1, 0, 0, 1, labels.Unknown, 0}
	scenes := []string{"north", "north", "", "", "", "", "north"} // "" stands alone
	fold, err := study.Folds(table, study.FoldOptions{Folds: 2, Group: func(row int) string { return scenes[row] }})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("one scene, one fold:", fold[0] == fold[1] && fold[1] == fold[6])
	fmt.Println("without a label:", fold[5])
	fmt.Println("both have water:", fold[4] != fold[0])
	// Output:
	// one scene, one fold: true
	// without a label: -1
	// both have water: true
}
