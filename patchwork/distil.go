package patchwork

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
)

// DistilOptions says from whom a student learns. The zero value takes the scores of the present model.
type DistilOptions struct {
	Teacher string           // a CSV file as Predict writes it: filepath and a probability a class; "" means the scores that the last Train saved
	Labels  bool             // labels of people stand above what the teacher says
	Train   classify.Options // of the student, with the head linear or mlp and the loss sigmoid; Distil is the temperature
	Note    string           // of a person, for the record
}

// DistilReport says how far the student agrees with its teacher, on all images that both judge.
type DistilReport struct {
	Info    classify.Info   `json:"info"`
	Images  int             `json:"images"` // that the teacher judges
	Classes []DistilledFrom `json:"classes"`
}

// DistilledFrom is the agreement on one class.
type DistilledFrom struct {
	Class  string          `json:"class"`
	Images int             `json:"images"`
	Same   evaluate.Number `json:"same"`       // share on which both say present, or both absent, at one half
	KL     evaluate.Number `json:"divergence"` // mean of Kullback and Leibler's divergence of the student from the teacher, in nats
}

// Distil trains a student on the present features to give what a teacher gives, on all images and not only labelled ones, and
// saves it as the project's model, as Train does: a network that is too slow for everyday use can teach a head on cheap features. Embed with
// the cheap extractor first; the scores of the model before are still there then. Held-out labels measure the student as always.
//
// Errors: ErrNoModel where there is no teacher; a file that is none, naming the line; those of Train.
func (p *Project) Distil(ctx context.Context, o DistilOptions, onPoint func(classify.Point)) (DistilReport, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return DistilReport{}, err
	}
	var says func(row int, class string) float64
	if o.Teacher == "" {
		s, err := p.Scores()
		if err != nil {
			return DistilReport{}, err
		}
		of, names := s.For(t), t.Classes()
		says = func(row int, class string) float64 {
			if q, c := of(row), slices.Index(names, class); q != nil && c >= 0 {
				return float64(q[c])
			}
			return math.NaN()
		}
	} else if says, err = p.teacherFile(o.Teacher, t.Classes()); err != nil {
		return DistilReport{}, err
	}
	teacher := says
	if o.Labels {
		teacher = func(row int, class string) float64 {
			if c, ok := t.Class(class); ok && t.Value(row, c) >= 0 {
				return float64(t.Value(row, c))
			}
			return says(row, class)
		}
	}
	info, err := p.train(ctx, o.Train, trainFrom{teacher: teacher}, o.Note, onPoint)
	r := DistilReport{Info: info}
	if err != nil {
		return r, err
	}
	after, err := p.Scores()
	if err != nil {
		return r, err
	}
	of := after.For(t)
	judged := map[int]bool{}
	for c, name := range t.Classes() {
		d := DistilledFrom{Class: name}
		same, kl := 0.0, 0.0
		for row := range t.Len() {
			a, q := says(row, name), of(row)
			if a != a || q == nil || q[c] != q[c] {
				continue
			}
			judged[row] = true
			d.Images++
			if (a >= 0.5) == (q[c] >= 0.5) {
				same++
			}
			kl += divergence(a, float64(q[c]))
		}
		d.Same, d.KL = evaluate.Number(same/float64(d.Images)), evaluate.Number(kl/float64(d.Images)) // NaN without any
		r.Classes = append(r.Classes, d)
	}
	r.Images = len(judged)
	return r, nil
}

// divergence is that of the distribution (q, 1-q) from (p, 1-p).
func divergence(p, q float64) (sum float64) {
	q = min(max(q, 1e-7), 1-1e-7)
	for _, v := range [2][2]float64{{p, q}, {1 - p, 1 - q}} {
		if v[0] > 0 {
			sum += v[0] * math.Log(v[0]/v[1])
		}
	}
	return sum
}

// teacherFile reads probabilities of the project's images and classes. Other images, other columns and empty cells are passed over.
func (p *Project) teacherFile(file string, classes []string) (func(row int, class string) float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("patchwork: cannot read what the teacher says: %w", err)
	}
	defer f.Close()
	lines := csv.NewReader(f)
	head, err := lines.Read()
	if err != nil || len(head) == 0 || head[0] != "filepath" {
		return nil, fmt.Errorf("patchwork: %s does not begin with a column filepath; want a file as `patchwork predict` writes it", file)
	}
	index := p.Images()
	values := map[string][]float32{} // by class, of each row
	for _, name := range head[1:] {
		if slices.Contains(classes, name) {
			values[name] = slices.Repeat([]float32{float32(math.NaN())}, index.Len())
		}
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("patchwork: %s has the columns %q and none is a class of the project, which has %q", file, head[1:], classes)
	}
	found := 0
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("patchwork: %s: %w", file, err)
		}
		row, ok := index.Row(line[0])
		if !ok {
			continue
		}
		found++
		for c, name := range head[1:] {
			list, text := values[name], strings.TrimSpace(line[c+1])
			if list == nil || text == "" {
				continue
			}
			v, err := strconv.ParseFloat(text, 32)
			if err != nil || !(v >= 0 && v <= 1) {
				at, _ := lines.FieldPos(c + 1)
				return nil, fmt.Errorf("patchwork: %s:%d: class %q holds %q; want a probability from 0 to 1, or nothing", file, at, name, text)
			}
			list[row] = float32(v)
		}
	}
	if found == 0 {
		return nil, fmt.Errorf("patchwork: none of the paths in %s is an image of the project; want paths from the project folder, as `patchwork predict` writes them", file)
	}
	return func(row int, class string) float64 {
		if list := values[class]; row < len(list) {
			return float64(list[row])
		}
		return math.NaN()
	}, nil
}

// String is what became of the student, and how far it agrees.
func (r DistilReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\nagreement with the teacher, on %d images\n", r.Info, r.Images)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  class\timages\tsame answer\tdivergence")
	for _, c := range r.Classes {
		fmt.Fprintf(w, "  %s\t%d\t%v\t%v\n", c.Class, c.Images, c.Same, c.KL)
	}
	w.Flush()
	return strings.TrimRight(b.String(), "\n")
}

// Distil trains a student on the present features to give what a teacher gives, and shows how far it does. It takes the first of the options, if any.
func (n *Notebook) Distil(options ...DistilOptions) DistilReport {
	var o DistilOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.Train.Seed == 0 {
		o.Train.Seed = n.Settings().Seed
	}
	ctx, stop := interruptible()
	defer stop()
	onPoint, done := liveCurve()
	r, err := n.Project.Distil(ctx, o, onPoint)
	done()
	return shown(r, err)
}
