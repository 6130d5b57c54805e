package agreement

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Options configures Measure. The zero value is a good default.
type Options struct {
	Rule       Rule   // which label counts where people disagree
	Replicates int    // of the bootstrap; 0 means 1000
	Seed       uint64 // same seed and labels, same intervals; 0 is a seed like any other
}

func (o Options) check() error {
	var errs []error
	if o.Replicates < 0 {
		errs = append(errs, fmt.Errorf("agreement: Options.Replicates is %d; want 1 or more, or 0 for the default", o.Replicates))
	}
	return errors.Join(errs...)
}

// Report says how far people agree.
type Report struct {
	Rule       string      `json:"rule"`
	Annotators []Annotator `json:"annotators"`
	Images     int         `json:"images"`     // not excluded, with a label of anybody
	Shared     int         `json:"shared"`     // of these, with a class that two or more people know
	Excluded   int         `json:"excluded"`   // labelled images that are left out, because they are excluded
	Agreement  Figure      `json:"agreement"`  // over all classes: pairs of labels of one class and image by two people that are alike
	Alpha      Figure      `json:"alpha"`      // over all classes: each class of each image is a unit
	MeanAlpha  Figure      `json:"mean_alpha"` // mean of the classes' alphas that are defined, without an interval
	Classes    []Class     `json:"classes"`    //
	Repeats    []Repeat    `json:"repeats"`    // who labelled blindly what who had labelled before
	Open       int         `json:"open"`       // classes of images where opinions differ and nobody has decided
	Decided    int         `json:"decided"`    // where opinions differ and somebody has
	Confidence float64     `json:"confidence"` // of the intervals
	Replicates int         `json:"replicates"` // of the bootstrap
	Seed       uint64      `json:"seed"`       //
}

// Annotator is how much one person has said.
type Annotator struct {
	Name   string `json:"annotator"`
	Images int    `json:"images"` // with a label of hers, excluded ones included
	Labels int    `json:"labels"` // classes of images that she knows
}

// Class is how far people agree about one class, over images that are not excluded.
type Class struct {
	Class     string   `json:"class"`
	Present   int      `json:"present"` // images, under the rule
	Absent    int      `json:"absent"`
	Unknown   int      `json:"unknown"`
	Agreement Figure   `json:"agreement"` // pairs of labels of one image by two people that are alike
	Alpha     Figure   `json:"alpha"`     // Krippendorff's; all images that two or more people know
	Fleiss    Fleissed `json:"fleiss"`
	Pairs     []Pair   `json:"pairs"` // of people, in order of names
}

// Fleissed is Fleiss' kappa of the images with one number of labels, the one that most images have.
type Fleissed struct {
	Kappa   Figure `json:"kappa"`
	Ratings int    `json:"ratings"`  // labels of each image; 0 if no image has two
	LeftOut int    `json:"left_out"` // images with two or more labels, but another number
}

// Pair is how far two people agree about one class, on the images where both know it.
type Pair struct {
	Names     [2]string `json:"names"`
	Kappa     Figure    `json:"kappa"` // Cohen's
	Agreement Figure    `json:"agreement"`
	Table     [2][2]int `json:"table"` // by what the first says (0 absent, 1 present), then the second
}

// tally is how opinions about one class, or several, coincide.
type tally struct {
	units [][]int     // by absent, then present: how many images got so many labels of each kind
	pairs [][2][2]int // by pair of people
}

// Measure computes all statistics. A cancelled ctx ends it between two classes.
//
// Errors: a rule that cannot be applied (see View.Merge); options out of range; ctx is done.
func (v *View) Measure(ctx context.Context, o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	if o.Replicates == 0 {
		o.Replicates = 1000
	}
	merged, err := v.Merge(o.Rule)
	if err != nil {
		return Report{}, err
	}
	b := bootstrap{o.Replicates, o.Seed}
	r := Report{Rule: o.Rule.String(), Confidence: confidence, Replicates: o.Replicates, Seed: o.Seed,
		Annotators: v.annotators(), Classes: []Class{}}
	shared := v.survey(&r)
	sum, defined := 0.0, 0
	for class, name := range v.table.Classes() {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		c := v.class(b, name, v.tally(class, shared))
		c.count(merged, class)
		if !math.IsNaN(c.Alpha.Value) {
			sum += c.Alpha.Value
			defined++
		}
		r.Classes = append(r.Classes, c)
	}
	v.overall(b, shared, &r)
	r.MeanAlpha = undefined(r.Shared, "no class has an alpha")
	if defined > 0 {
		r.MeanAlpha.Value, r.MeanAlpha.Reason = sum/float64(defined), ""
	}
	r.Repeats = v.repeated(b)
	for class := range r.Classes {
		for _, d := range v.differing(class) {
			if d.decided {
				r.Decided++
			} else {
				r.Open++
			}
		}
	}
	return r, ctx.Err()
}

func (v *View) annotators() []Annotator {
	list := make([]Annotator, len(v.people))
	for i, p := range v.people {
		list[i].Name = p.Name
		images := make([]bool, len(p.rows))
		for _, of := range p.cells {
			for at, s := range of {
				if s.known() {
					list[i].Labels++
					images[at] = true
				}
			}
		}
		for _, known := range images {
			if known {
				list[i].Images++
			}
		}
	}
	return list
}

// survey counts the images and returns those, not excluded, that two or more people have labelled in any class.
func (v *View) survey(r *Report) (shared []int32) {
	people := make([]uint16, v.table.Len())
	for _, p := range v.people {
		for at, row := range p.rows {
			if _, known := p.last(at); known {
				people[row]++
			}
		}
	}
	for row, n := range people {
		switch {
		case n > 0 && v.table.Excluded(row):
			r.Excluded++
		case n > 0:
			r.Images++
			if n > 1 {
				shared = append(shared, int32(row))
			}
		}
	}
	return shared
}

// tally counts the opinions about a class on the given rows.
func (v *View) tally(class int, rows []int32) tally {
	n := len(v.people)
	t := tally{pairs: make([][2][2]int, n*(n-1)/2), units: make([][]int, n+1)}
	for i := range t.units {
		t.units[i] = make([]int, n+1-i)
	}
	values := make([]labels.Tri, n)
	for _, row := range rows {
		var counts [2]int
		for i, p := range v.people {
			values[i] = p.opinion(int(row), class).value()
			if values[i] != labels.Unknown {
				counts[values[i]]++
			}
		}
		t.units[counts[0]][counts[1]]++
		pair := 0
		for k := range values {
			for i := range k {
				if values[i] != labels.Unknown && values[k] != labels.Unknown {
					t.pairs[pair][values[i]][values[k]]++
				}
				pair++
			}
		}
	}
	return t
}

// count says how many images have the class under the rule.
func (c *Class) count(t *labels.Table, class int) {
	for row, value := range t.Column(class) {
		switch {
		case t.Excluded(row):
		case value == labels.Present:
			c.Present++
		case value == labels.Absent:
			c.Absent++
		default:
			c.Unknown++
		}
	}
}
