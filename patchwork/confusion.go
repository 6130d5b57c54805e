package patchwork

import (
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// Confusions say which classes are taken for each other, and which are on one image together.
type Confusions struct {
	Matrices []evaluate.Matrix     `json:"matrices"` // of classes that exclude each other, on the held-out images
	Together evaluate.Cooccurrence `json:"together"` // of all classes, on all labelled images
}

// Confusion counts which of several classes that exclude each other the held-out images are taken for. Without classes it
// takes each group of the project (see GroupClasses).
//
// Errors: ErrNoModel; one class alone; a class that is not there.
func (p *Project) Confusion(classes ...string) (Confusions, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return Confusions{}, err
	}
	d, err := p.evaluation()
	if err != nil {
		return Confusions{}, err
	}
	groups := t.Groups()
	if len(classes) > 0 {
		groups = [][]string{classes}
	}
	c := Confusions{Matrices: []evaluate.Matrix{}, Together: evaluate.NewCooccurrence(t)}
	for _, group := range groups {
		m, err := evaluate.NewMatrix(d, group, false, nil)
		if err != nil {
			return Confusions{}, err
		}
		c.Matrices = append(c.Matrices, m)
	}
	return c, nil
}

// String is a table for each group, and one of the classes that are together.
func (c Confusions) String() string {
	var b strings.Builder
	for _, m := range c.Matrices {
		b.WriteString(m.String())
		b.WriteByte('\n')
	}
	if len(c.Matrices) == 0 {
		b.WriteString("no classes exclude each other; name some, or make a group of them\n\n")
	}
	b.WriteString(c.Together.String())
	return b.String()
}
