package patchwork

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// queryNeighbours is how many neighbours are shown where nobody says.
const queryNeighbours = 7

// QueryOptions says which neighbours are shown. The zero value is a good default.
type QueryOptions struct {
	Classes []string // of each the first image where it is present; nil and no Images means all classes
	Images  []string // in place of classes: as SimilarOptions.Images
	K       int      // neighbours of each; 0 means 7
	All     bool     // also images of which it is not known whether they agree
}

// Query is an image with its nearest neighbours in the space of features.
type Query struct {
	Classes    []string         `json:"classes"` // by which neighbours agree: the one asked for, or all that are present
	Row        int              `json:"row"`
	Image      string           `json:"image"`
	Neighbours []QueryNeighbour `json:"neighbours"` // the most alike first
	Agree      int              `json:"agree"`      // of the neighbours
	Known      int              `json:"known"`      // of which it is known
	Chance     float64          `json:"chance"`     // share that agrees among all images that were compared and of which it is known
}

// QueryNeighbour is one of them.
type QueryNeighbour struct {
	Row    int        `json:"row"`
	Image  string     `json:"image"`
	Cosine float64    `json:"cosine"`
	Agrees labels.Tri `json:"agrees"` // 1 if one of the query's classes is present, 0 if all are absent, else -1
}

// QueryReport is queries with their neighbours.
type QueryReport struct {
	Figure   `json:"-"`
	Features string  `json:"features"` // id
	Queries  []Query `json:"queries"`
	Agree    int     `json:"agree"`
	Known    int     `json:"known"`
	Share    float64 `json:"share"`  // Agree / Known
	Chance   float64 `json:"chance"` // mean of those of the queries
}

// String is the title and a line for each query.
func (r QueryReport) String() string {
	var b strings.Builder
	b.WriteString(r.Title)
	for _, q := range r.Queries {
		fmt.Fprintf(&b, "\n%s: %d of %d neighbours of %s agree", strings.Join(q.Classes, ", "), q.Agree, q.Known, q.Image)
	}
	return b.String()
}

// The frames of neighbours. They can be told apart by those who see no red or green, too.
var (
	agrees   = color.RGBA{27, 158, 119, 255}
	differs  = color.RGBA{217, 72, 1, 255}
	unknown  = color.RGBA{150, 150, 150, 255}
	theQuery = color.RGBA{60, 90, 200, 255}
)

// Query shows images with those nearest to them by the cosine of the features in use, whatever made these: by default of each class the first image
// where it is present. The frame of a neighbour is green if it agrees, orange if not, grey where that is not known.
//
// Errors: ErrNoFeatures; a class or an image that does not exist; no image with a label to ask with.
func (p *Project) Query(ctx context.Context, o QueryOptions) (r QueryReport, err error) {
	if o.K < 0 {
		return r, fmt.Errorf("patchwork.QueryOptions: K is %d; want 1 or more neighbours, or 0 for 7", o.K)
	}
	o.K = cmp.Or(o.K, queryNeighbours)
	t, err := p.Labels()
	if err != nil {
		return r, err
	}
	var from string
	err = p.lookOnce(ctx, func(l *looks) error {
		r.Features, from = l.store.Spec().ID, p.extractorName(l.store.Spec())
		queries, err := p.queries(t, l, o)
		if err != nil {
			return err
		}
		for _, q := range queries {
			if err := q.find(ctx, t, l, o); err != nil {
				return err
			}
			r.take(q.Query)
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	r.sum(from)
	return r, r.draw(func(row int) (image.Image, error) { return p.thumbImage(row) }, func(row int) string { return present(t, row) })
}

// query is one with its classes by number.
type query struct {
	Query
	classes []int
}

// queries are those that o asks for, without neighbours.
func (p *Project) queries(t *labels.Table, l *looks, o QueryOptions) (list []query, err error) {
	if len(o.Images) > 0 {
		rows, err := p.rowsOf(o.Images)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !l.vectors.Has(row) {
				return nil, p.withoutFeatures(l, []int{row})
			}
			q := query{Query: Query{Row: row, Image: l.index.At(row).ID, Classes: []string{}}}
			for c, name := range t.Classes() {
				if t.Value(row, c) == labels.Present {
					q.classes, q.Classes = append(q.classes, c), append(q.Classes, name)
				}
			}
			list = append(list, q)
		}
		return list, nil
	}
	names := o.Classes
	if names == nil {
		names = t.Classes()
	}
	for _, name := range names {
		c, ok := t.Class(name)
		if !ok {
			return nil, fmt.Errorf("patchwork: the project has no class %q; it has %s", name, strings.Join(t.Classes(), ", "))
		}
		for row := range l.index.Len() {
			if t.Value(row, c) == labels.Present && l.vectors.Has(row) && !t.Excluded(row) {
				list = append(list, query{Query{Row: row, Image: l.index.At(row).ID, Classes: []string{name}}, []int{c}})
				break
			}
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("patchwork: there is no image with features in which one of %d classes is present; label some, or name images", len(names))
	}
	return list, nil
}

// agrees says whether a row has one of the classes of a query.
func (q query) agrees(t *labels.Table, row int) labels.Tri {
	all := len(q.classes) > 0
	for _, c := range q.classes {
		switch t.Value(row, c) {
		case labels.Present:
			return labels.Present
		case labels.Unknown:
			all = false
		}
	}
	if all {
		return labels.Absent
	}
	return labels.Unknown
}

// find fills in the neighbours.
func (q *query) find(ctx context.Context, t *labels.Table, l *looks, o QueryOptions) error {
	var among []int
	known, alike := 0, 0
	for row := range l.index.Len() {
		if t.Excluded(row) || row == q.Row || !l.vectors.Has(row) {
			continue
		}
		agrees := q.agrees(t, row)
		if agrees != labels.Unknown {
			known++
			alike += int(agrees)
		}
		if agrees != labels.Unknown || o.All || len(q.classes) == 0 {
			among = append(among, row)
		}
	}
	if known > 0 {
		q.Chance = float64(alike) / float64(known)
	}
	matches, err := l.vectors.Nearest(ctx, []int{q.Row}, among, o.K)
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	q.Neighbours = []QueryNeighbour{}
	for _, m := range matches {
		n := QueryNeighbour{m.Row, l.index.At(m.Row).ID, m.Cosine, q.agrees(t, m.Row)}
		if n.Agrees != labels.Unknown {
			q.Known++
			q.Agree += int(n.Agrees)
		}
		q.Neighbours = append(q.Neighbours, n)
	}
	return nil
}

func (r *QueryReport) take(q Query) {
	r.Queries = append(r.Queries, q)
	r.Agree, r.Known = r.Agree+q.Agree, r.Known+q.Known
}

// sum fills in what is of all queries; extractor may be empty.
func (r *QueryReport) sum(extractor string) {
	for _, q := range r.Queries {
		r.Chance += q.Chance / float64(len(r.Queries))
	}
	r.Title = "nearest neighbours"
	if extractor != "" {
		r.Title = extractor + ": " + r.Title
	}
	if r.Known > 0 {
		r.Share = float64(r.Agree) / float64(r.Known)
		r.Title += fmt.Sprintf(", of which %d of %d (%.2f) have a label of their query; by chance %.2f", r.Agree, r.Known, r.Share, r.Chance)
	}
}

// draw makes the figure: a row for each query.
func (r *QueryReport) draw(picture func(row int) (image.Image, error), label func(row int) string) error {
	const side = 120
	r.side = side
	for _, q := range r.Queries {
		r.Columns = max(r.Columns, 1+len(q.Neighbours))
	}
	for _, q := range r.Queries {
		show := func(row int, frame color.RGBA, badge, caption, title string) error {
			m, err := picture(row)
			if err != nil {
				return err
			}
			if err := r.add(framed(see.Smooth(m, 160), frame), false, caption, title); err != nil {
				return err
			}
			r.Images[len(r.Images)-1].Badge = badge
			return nil
		}
		if err := show(q.Row, theQuery, cmp.Or(strings.Join(q.Classes, ", "), "no label"), fmt.Sprintf("%d of %d", q.Agree, q.Known), q.Image); err != nil {
			return err
		}
		for _, n := range q.Neighbours {
			frame := map[labels.Tri]color.RGBA{labels.Present: agrees, labels.Absent: differs, labels.Unknown: unknown}[n.Agrees]
			if err := show(n.Row, frame, "", fmt.Sprintf("%.2f %s", n.Cosine, label(n.Row)), n.Image); err != nil {
				return err
			}
		}
		for range r.Columns - 1 - len(q.Neighbours) { // there were fewer
			if err := r.add(image.NewRGBA(image.Rect(0, 0, 1, 1)), true, "", "nothing"); err != nil {
				return err
			}
		}
	}
	return nil
}

// present are the classes of a row, as a caption.
func present(t *labels.Table, row int) string {
	var names []string
	for c, name := range t.Classes() {
		if t.Value(row, c) == labels.Present {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// thumbImage is the thumbnail of a row.
func (p *Project) thumbImage(row int) (image.Image, error) {
	file, err := p.Thumb(row)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("patchwork: %w", err)
	}
	return imageset.Decode(data)
}
