package multitask

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify/network"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Data is what Train learns from. Table, Input and Features are required.
type Data struct {
	Table    *Table
	Input    network.Shape           // of one image's features: a vector or a map
	Features func(row int) []float32 // Input.Size() numbers, of a map row by row with channels last; nil for a row without; need only stay valid until the next call
	Usable   func(row int) bool      // nil means that every row is

	FeatureID string // which features these are; kept with the model

	Teacher *Model // of the generation before, whose probabilities are learned too; nil for none
}

// side are images with what is known of them, for training or held out.
type side struct {
	rows   []int
	values []int // [rows · tasks] category, or Unknown
}

// prepared is Data after all checks.
type prepared struct {
	Data
	train, validation side
	drawn             bool // the held-out images were drawn here
	missing           int  // images that would take part and have no features
	warnings          []string
	mean, scale       []float32     // [Input.Channels]
	weights           [][]float32   // by task and category: what a label counts
	teacher           teacherScores // of the training images; nil without a teacher
}

func (p *prepared) tasks() []Task { return p.Table.Tasks }

// prepare checks the data and gathers the images that teach and those that measure.
func prepare(d Data, o Options) (*prepared, error) {
	switch {
	case d.Table == nil || d.Features == nil:
		return nil, errors.New("multitask: Data needs a Table and Features; one of them is nil")
	case d.Input.Size() < 1:
		return nil, fmt.Errorf("multitask: Data.Input is %s; want the shape of an image's features", d.Input)
	}
	p := &prepared{Data: d}
	t := d.Table
	state := make([]string, len(t.Rows)) // why a line takes no part, "" if it does
	for i, row := range t.Rows {
		known := slices.ContainsFunc(t.Values[i*len(t.Tasks):(i+1)*len(t.Tasks)], func(v int) bool { return v != Unknown })
		switch {
		case t.Excluded[i] || d.Usable != nil && !d.Usable(row):
			state[i] = "excluded"
		case !known:
			state[i] = "blank"
		case d.Features(row) == nil:
			state[i] = "without features"
			p.missing++
		}
	}
	held := t.HeldOut
	if p.drawn = held == nil; p.drawn {
		held = holdOut(t, func(i int) bool { return state[i] == "" }, o.HoldOut, o.Seed)
	}
	if err := p.gather(state, held); err != nil {
		return nil, err
	}
	if len(p.train.rows) == 0 {
		return nil, noLabels(t, state)
	}
	if err := p.checkCategories(state, held); err != nil {
		return nil, err
	}
	p.weigh(o.Balance)
	p.warn()
	return p, nil
}

// gather collects both sides and measures the features of training.
func (p *prepared) gather(state []string, held []bool) error {
	m := newMoments(p.Input)
	k := len(p.tasks())
	for i, row := range p.Table.Rows {
		if state[i] != "" {
			continue
		}
		x := p.Features(row)
		if err := checkFeatures(row, x, p.Input); err != nil {
			return err
		}
		s := &p.train
		if held[i] {
			s = &p.validation
		} else {
			m.add(x)
		}
		s.rows, s.values = append(s.rows, row), append(s.values, p.Table.Values[i*k:(i+1)*k]...)
	}
	p.mean, p.scale = m.standard()
	return nil
}

// noLabels says what became of the lines of a table that teaches nothing.
func noLabels(t *Table, state []string) error {
	count := map[string]int{}
	for _, why := range state {
		count[why]++
	}
	return fmt.Errorf("%w: of the %d images in %s, %d are held out, %d excluded, %d blank throughout and %d without features; "+
		"fill in some, or extract their features", ErrNoLabels, len(state), t.File, count[""], count["excluded"], count["blank"], count["without features"])
}

// checkFeatures refuses a row of another length and numbers that would poison every weight.
func checkFeatures(row int, x []float32, in network.Shape) error {
	if len(x) != in.Size() {
		return fmt.Errorf("multitask: row %d has %d features; want %s, that is %d. Extract the features again", row, len(x), in, in.Size())
	}
	for i, v := range x {
		if v-v != 0 { // NaN or infinite
			return fmt.Errorf("multitask: feature %d of row %d is %g; want a finite number. Delete the stored features and extract them again", i, row, v)
		}
	}
	return nil
}

// checkCategories refuses a category that nothing teaches, at the line where it stands first.
func (p *prepared) checkCategories(state []string, held []bool) error {
	var problems []labels.Problem
	for k, task := range p.tasks() {
		for c, category := range task.Categories {
			first, taught, measured, reasons := -1, false, false, map[string]bool{}
			for i := range p.Table.Rows {
				if p.Table.Value(i, k) != c {
					continue
				}
				if first < 0 {
					first = i
				}
				switch {
				case state[i] != "":
					reasons[state[i]] = true
				case held[i]:
					measured, reasons["held out"] = true, true
				default:
					taught = true
				}
			}
			if taught {
				if !measured && len(p.validation.rows) > 0 {
					p.warnings = append(p.warnings, fmt.Sprintf("task %s: no held-out image is %q, so nothing measures how well it is found", task.Name, category))
				}
				continue
			}
			var why []string
			for reason := range reasons {
				why = append(why, reason)
			}
			slices.Sort(why)
			problems = append(problems, labels.Problem{Line: p.Table.Lines[first], Text: fmt.Sprintf(
				"column %q: nothing teaches %q, because every image with it is %s; have one that is none of these, or blank the cells",
				task.Name, category, strings.Join(why, " or "))})
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b labels.Problem) int { return a.Line - b.Line })
	return &labels.ImportError{File: p.Table.File, Problems: problems}
}

// weigh sets what a label of each category counts: 1, or n/(categories·n_c) over the labels of training, which is "balanced"
// in scikit-learn's compute_class_weight.
func (p *prepared) weigh(balance bool) {
	for k, task := range p.tasks() {
		count, n := make([]int, len(task.Categories)), 0
		for i := range p.train.rows {
			if v := p.train.values[i*len(p.tasks())+k]; v != Unknown {
				count[v]++
				n++
			}
		}
		w := make([]float32, len(count))
		for c := range w {
			if w[c] = 1; balance {
				w[c] = float32(float64(n) / float64(len(count)*count[c]))
			}
		}
		p.weights = append(p.weights, w)
	}
}

func (p *prepared) warn() {
	if p.missing > 0 {
		p.warnings = append(p.warnings, fmt.Sprintf("%d images of the table have no features and take no part; extract their features and train again", p.missing))
	}
	if len(p.validation.rows) == 0 {
		p.warnings = append(p.warnings, "no image is held out, so the training loss chooses the best weights and nothing measures them")
	}
	for k, task := range p.tasks() {
		for c, name := range task.Categories[1:] {
			if before := task.Categories[c]; strings.EqualFold(before, name) {
				p.warnings = append(p.warnings, fmt.Sprintf("task %s: %q and %q differ in capital letters alone; are they one category?", task.Name, before, name))
			}
		}
		measured := false
		for i := range p.validation.rows {
			measured = measured || p.validation.values[i*len(p.tasks())+k] != Unknown
		}
		if !measured && len(p.validation.rows) > 0 {
			p.warnings = append(p.warnings, fmt.Sprintf("task %s: it is blank for every held-out image, so nothing measures it", task.Name))
		}
	}
}

// shares is, by task, the logarithm of the share of each category among what the labels of training count.
func (p *prepared) shares() [][]float32 {
	out := make([][]float32, len(p.tasks()))
	for k, task := range p.tasks() {
		sums, total := make([]float64, len(task.Categories)), 0.0
		for c := range sums {
			sums[c] = 1
		}
		for i := range p.train.rows {
			if v := p.train.values[i*len(p.tasks())+k]; v != Unknown {
				sums[v] += float64(p.weights[k][v])
			}
		}
		for _, s := range sums {
			total += s
		}
		for _, s := range sums {
			out[k] = append(out[k], float32(math.Log(s/total)))
		}
	}
	return out
}
