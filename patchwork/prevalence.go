package patchwork

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate/prevalence"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ClassPrevalence is what share of the images shows a class.
type ClassPrevalence struct {
	Class               string `json:"class"`
	prevalence.Estimate        // of the images that the model has not learned the class from
	Learned             int    `json:"learned"` // images that it has, which are left out
}

// Prevalences are those of all classes.
type Prevalences []ClassPrevalence

// Prevalence estimates what share of the images shows each class, from all scores and the labels of the held-out images.
//
// These must be a random sample of the images: label some that were chosen by lot and hold those out. Images that the model
// has learned from are left out, because it knows them better than others.
//
// Errors: ErrNoModel.
func (p *Project) Prevalence() (Prevalences, error) {
	d, err := p.evaluation()
	if err != nil {
		return nil, err
	}
	list := Prevalences{}
	for class, name := range d.Table.Classes() {
		c := ClassPrevalence{Class: name}
		scores, audit := column(d, class, func(row int) bool {
			learned := !d.Table.Validation(row) && d.Table.Value(row, class) != labels.Unknown
			if learned && !d.Table.Excluded(row) {
				c.Learned++
			}
			return !learned && !d.Table.Excluded(row)
		})
		if c.Estimate, err = prevalence.Of(scores, audit); err != nil {
			if c.Audited > 1 {
				return nil, fmt.Errorf("patchwork: class %s: %w", name, err)
			}
			c.Note = fmt.Sprintf("%d held-out images are labelled and have a score; label a random sample of 100 or so and hold it out", c.Audited)
		}
		list = append(list, c)
	}
	return list, nil
}

// String is a table, and notes.
func (list Prevalences) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "class\tshare of the images\taudit alone\taudited\tas good as")
	for _, c := range list {
		worth := "-"
		if c.Worth.Known() && c.Share.Value.Known() {
			worth = fmt.Sprintf("%.0f", float64(c.Worth))
		}
		fmt.Fprintf(w, "%s\t%v\t%v\t%d\t%s\n", c.Class, c.Share, c.Classic, c.Audited, worth)
	}
	w.Flush()
	for _, c := range list {
		if c.Note != "" {
			fmt.Fprintf(&b, "note: class %s: %s\n", c.Class, c.Note)
		}
	}
	return b.String()
}
