package patchwork

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets"
)

// Decide shows what every threshold leads to on the held-out images, and holds the cell until Done: for each class the ROC curve and
// precision over recall with a slider, the scores as bars, and tables of what classes that exclude each other are taken for and of those on one image together. Every count, bar and
// point of a curve opens its images. It begins with the thresholds that Thresholds chooses, and returns by class those that were set. Without classes it takes all
// that held-out images can judge.
func (n *Notebook) Decide(classes ...string) map[string]float64 {
	ctx, stop := interruptible()
	defer stop()
	d, err := n.Project.decisions(classes)
	check(err)
	view := d.widget(n)
	at, err := view.Run(ctx)
	if ctx.Err() == nil { // an interrupt ends it as Done does
		check(err)
	}
	out := map[string]float64{}
	for i, c := range view.Classes {
		if i < len(at) {
			out[c.Name] = at[i]
		}
	}
	return out
}

// decided is what thresholds are looked at with.
type decided struct {
	evaluate.Data
	columns []int // the classes, in the order of the table
	start   []float64
	curves  []evaluate.Curve
	taken   []takenFor
}

// takenFor is what the held-out images of classes that exclude each other are taken for, and which images those are.
type takenFor struct {
	evaluate.Matrix
	rows map[[2]int][]int // by class and answer, as places in Classes
}

// decisions gathers the held-out images of classes, or of all.
func (p *Project) decisions(classes []string) (*decided, error) {
	data, err := p.evaluation()
	if err != nil {
		return nil, err
	}
	chosen, err := p.Thresholds(ThresholdOptions{})
	if err != nil {
		return nil, err
	}
	d := &decided{Data: data}
	known := data.Table.Classes()
	for _, name := range classes {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("patchwork: no class %q; want one of %q", name, known)
		}
	}
	for c, name := range known {
		if len(classes) > 0 && !slices.Contains(classes, name) {
			continue
		}
		curve, err := evaluate.NewCurve(heldOut(data, c))
		if err != nil {
			if len(classes) > 0 {
				return nil, fmt.Errorf("patchwork: class %s, held-out images: %w", name, err)
			}
			continue
		}
		start := 0.5
		for _, t := range chosen {
			if t.Class == name && t.Threshold.Score.Known() {
				start = float64(t.Threshold.Score)
			}
		}
		d.columns, d.start, d.curves = append(d.columns, c), append(d.start, start), append(d.curves, curve)
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	for _, group := range t.Groups() {
		taken := takenFor{rows: map[[2]int][]int{}}
		taken.Matrix, err = evaluate.NewMatrix(data, group, false, func(row, is, answer int) {
			taken.rows[[2]int{is, answer}] = append(taken.rows[[2]int{is, answer}], row)
		})
		if err == nil { // a group of one is none
			d.taken = append(d.taken, taken)
		}
	}
	if len(d.columns) == 0 {
		return nil, fmt.Errorf("patchwork: %w; hold some out, as with p.Split(0.2), and train again", evaluate.ErrNoLabels)
	}
	return d, nil
}

const decideBins = 20

// of are the images of a class, held out, with a score, in rows: what they were labelled and how they scored.
func (d *decided) of(class int, see func(row int, label labels.Tri, score float64)) {
	for row := range d.Table.Len() {
		if d.Table.Excluded(row) || !d.Table.Validation(row) {
			continue
		}
		if s := d.Scores(row); s != nil && s[class] == s[class] {
			see(row, d.Table.Value(row, class), float64(s[class]))
		}
	}
}

func binOf(score float64) int { return min(decideBins-1, max(0, int(score*decideBins))) }

// widget is d for a cell.
func (d *decided) widget(n *Notebook) widgets.Decisions {
	names := d.Table.Classes()
	w := widgets.Decisions{Title: "what thresholds lead to, on the held-out images"}
	groups := []labels.Tri{labels.Present, labels.Absent, labels.Unknown}
	for i, class := range d.columns {
		c := widgets.Deciding{Name: names[class], Start: d.start[i]}
		for _, p := range d.curves[i].Thin(0) {
			c.Points = append(c.Points, widgets.Decision{At: p.Threshold, TruePositives: p.TruePositives, FalsePositives: p.FalsePositives,
				FalseNegatives: p.FalseNegatives, TrueNegatives: p.TrueNegatives})
		}
		for _, g := range groups {
			c.Groups = append(c.Groups, widgets.BarGroup{Name: fmt.Sprint(g), Counts: make([]int, decideBins)})
		}
		d.of(class, func(_ int, label labels.Tri, score float64) {
			c.Groups[slices.Index(groups, label)].Counts[binOf(score)]++
		})
		w.Classes = append(w.Classes, c)
	}
	for _, m := range d.taken {
		w.Matrices = append(w.Matrices, widgets.Matrix{Title: fmt.Sprintf("right: %v", m.Accuracy()), Names: m.Classes, Counts: m.Counts, Down: "is", Across: "taken for"})
	}
	if together := evaluate.NewCooccurrence(d.Table); len(together.Classes) > 1 {
		w.Matrices = append(w.Matrices, widgets.Matrix{Title: "on one image, as labelled", Names: together.Classes, Counts: together.Both, Down: "with", Across: "and"})
	}
	w.Open = func(ctx context.Context, o widgets.Opened, most int) (string, int, []widgets.GridImage, error) {
		title, rows := d.open(o)
		var images []widgets.GridImage
		for _, row := range rows[:min(most, len(rows))] {
			if err := ctx.Err(); err != nil {
				return "", 0, nil, err
			}
			images = append(images, n.tile(row))
		}
		return title, len(rows), images, nil
	}
	return w
}

// open finds the images behind a count: of mistakes the worst first, of what is right that nearest to the threshold.
func (d *decided) open(o widgets.Opened) (title string, rows []int) {
	names := d.Table.Classes()
	if o.Kind == "cell" && o.Matrix < len(d.taken) {
		m := d.taken[o.Matrix]
		return fmt.Sprintf("%s, taken for %s", o.Row, o.Column), m.rows[[2]int{slices.Index(m.Classes, o.Row), slices.Index(m.Classes, o.Column)}]
	}
	if o.Kind == "cell" {
		a, b := slices.Index(names, o.Row), slices.Index(names, o.Column)
		for row := range d.Table.Len() {
			if a >= 0 && b >= 0 && !d.Table.Excluded(row) && d.Table.Value(row, a) == labels.Present && d.Table.Value(row, b) == labels.Present {
				rows = append(rows, row)
			}
		}
		if o.Row == o.Column {
			return o.Row + ", as labelled", rows
		}
		return o.Row + " and " + o.Column + ", as labelled", rows
	}
	class := d.columns[o.Class]
	type one struct {
		row int
		far float64
	}
	var found []one
	wrong := o.Cell == "fp" || o.Cell == "fn"
	d.of(class, func(row int, label labels.Tri, score float64) {
		said := map[bool]string{true: "p", false: "n"}[score >= o.At]
		is := o.Kind == "bar" && binOf(score) == o.Bin
		if o.Kind == "decision" && label != labels.Unknown {
			right := map[bool]string{true: "t", false: "f"}[(label == labels.Present) == (score >= o.At)]
			is = o.Cell == right+said || o.Cell == "near"
		}
		if is {
			found = append(found, one{row, math.Abs(score - o.At)})
		}
	})
	if o.Kind == "decision" {
		slices.SortStableFunc(found, func(a, b one) int {
			if wrong {
				return cmp.Compare(b.far, a.far)
			}
			return cmp.Compare(a.far, b.far)
		})
		if o.Cell == "near" {
			title = fmt.Sprintf("%s, scored near %.3f", names[class], o.At)
		} else {
			title = fmt.Sprintf("%s from %.3f on: %s", names[class], o.At, map[string]string{"tp": "found", "fn": "missed", "fp": "false alarms", "tn": "rightly absent"}[o.Cell])
		}
	} else {
		title = fmt.Sprintf("%s scored %.2f to %.2f", names[class], float64(o.Bin)/decideBins, float64(o.Bin+1)/decideBins)
	}
	for _, f := range found {
		rows = append(rows, f.row)
	}
	return title, rows
}
