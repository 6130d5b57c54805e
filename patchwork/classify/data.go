package classify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ErrNoLabels means that no row can be learned from.
var ErrNoLabels = errors.New("classify: no labelled image to learn from")

// Data is what a head learns from. Classes, Features, Dim and Table are required.
type Data struct {
	Classes  []string                // classes to learn, each a class of Table
	Features func(row int) []float32 // Dim numbers, nil for a row without features; need only stay valid until the next call
	Dim      int
	Taps     []Tap              // the maps that the Dim numbers of an image are, one after the other, each [height, width, channels]; nil for vectors
	Table    evaluate.Table     // a *labels.Table; it must not change during Train
	Usable   func(row int) bool // nil means that every row is
	Groups   [][]string         // of classes that exclude each other, for SoftmaxLoss; names that are not learned are left out

	Teacher Teacher // to learn from in place of labels, with the heads linear and mlp; nil means that labels teach

	Subset func(row int) string // where an image is from, for Options.Confusion; nil means that all are from one place

	FeatureID      string // which features these are; kept with the model
	JournalVersion int64  // which state of the labels this is; kept with the model

	Around Around // for AutoContext; nil means that there is none

	Start *Model // whose weights to go on from, for the classes that it knows; nil begins at 0

	// Resolve says what a class of Start is called now, and whether it is still there; nil means that names are as they were.
	Resolve func(name string) (now string, ok bool)

	leaveOut bool            // what labels that are left out lose is asked for also where λ is set
	l2       *Info           // L2, L2From and L2Loss, where they are known already
	goOn     func(Info) bool // is told L2 and L2Loss once λ is chosen; where it says no, the training ends there, with errNotTaken; may be nil
}

// examples are the rows of one side with their labels.
type examples struct {
	rows   []int
	labels []int8    // -1, 0 or 1, [rows · classes]
	soft   []float32 // what a teacher says in their place, -1 for nothing; nil without one
}

// prepared is Data after all checks.
type prepared struct {
	Data              // Classes are those with at least one label for training
	table             view
	train, validation examples
	missing           int // labelled rows without features
	temperature       float64
	warnings          []string
	mean, scale       []float32 // [Dim]
}

// warn adds a warning, once.
func (p *prepared) warn(text string) {
	if !slices.Contains(p.warnings, text) {
		p.warnings = append(p.warnings, text)
	}
}

// view is a table restricted to some of its classes.
type view struct {
	evaluate.Table
	classes []string
	columns []int
}

func (v view) Classes() []string               { return v.classes }
func (v view) Value(row, class int) labels.Tri { return v.Table.Value(row, v.columns[class]) }

// prepare checks the data, gathers the labelled rows, drops classes without labels and measures the features.
func prepare(d Data) (*prepared, error) { return prepareFor(d, 1) }

// prepareFor is prepare for a training with a teacher at a temperature.
func prepareFor(d Data, temperature float64) (*prepared, error) {
	switch {
	case d.Table == nil || d.Features == nil:
		return nil, errors.New("classify: Data needs a Table and Features; one of them is nil")
	case d.Dim < 1:
		return nil, fmt.Errorf("classify: Data.Dim is %d; want the length of the feature vectors", d.Dim)
	case len(d.Classes) == 0:
		return nil, errors.New("classify: Data.Classes is empty; declare a class")
	}
	p := &prepared{Data: d, table: view{Table: d.Table}, temperature: temperature}
	known := d.Table.Classes()
	for i, name := range d.Classes {
		column := slices.Index(known, name)
		if column < 0 || slices.Contains(d.Classes[:i], name) {
			return nil, fmt.Errorf("classify: Data.Classes[%d] is %q; want each a class of the table %q, once", i, name, known)
		}
		p.table.classes, p.table.columns = append(p.table.classes, name), append(p.table.columns, column)
	}
	if err := p.dropUnlabelled(); err != nil {
		return nil, err
	}
	return p, p.gather()
}

// kind says what a row is good for: '-' nothing, 't' training, 'v' validation. It looks at features last.
func (p *prepared) kind(row int) byte {
	if p.table.Excluded(row) || p.Usable != nil && !p.Usable(row) {
		return '-'
	}
	if p.table.Validation(row) {
		return 'v'
	}
	return 't'
}

// dropUnlabelled keeps the classes that have a label on some training row with features.
func (p *prepared) dropUnlabelled() error {
	taught := make([]bool, len(p.table.classes))
	without, withheld := 0, 0
	for row := range p.table.Len() {
		kind := p.kind(row)
		labelled := false
		for c := range taught {
			labelled = labelled || p.table.Value(row, c) != labels.Unknown
		}
		switch {
		case !labelled || kind == '-':
		case p.Features(row) == nil:
			p.missing++
			without++
		case kind == 'v':
			withheld++
		default:
			for c := range taught {
				taught[c] = taught[c] || p.table.Value(row, c) != labels.Unknown
			}
		}
		if p.Teacher != nil && kind == 't' && p.Features(row) != nil {
			for c, name := range p.table.classes {
				v := p.Teacher(row, name)
				taught[c] = taught[c] || v == v
			}
		}
	}
	kept := view{Table: p.table.Table}
	var dropped []string
	for c, name := range p.table.classes {
		if !taught[c] {
			dropped = append(dropped, fmt.Sprintf("%q", name))
			continue
		}
		kept.classes, kept.columns = append(kept.classes, name), append(kept.columns, p.table.columns[c])
	}
	if len(kept.classes) == 0 {
		return fmt.Errorf("%w: %s have neither present nor absent labels among the %d images for training; label some of these "+
			"(%d labelled images are held out for validation, %d labelled ones have no features)",
			ErrNoLabels, strings.Join(dropped, ", "), p.trainable(), withheld, without)
	}
	for _, name := range dropped {
		p.warnings = append(p.warnings, fmt.Sprintf("class %s has no label for training and is left out of the model; label some images present and absent for it", name))
	}
	p.table, p.Classes = kept, kept.classes
	return nil
}

// trainable counts the rows that labels could be put on for training.
func (p *prepared) trainable() (n int) {
	for row := range p.table.Len() {
		if p.kind(row) == 't' {
			n++
		}
	}
	return n
}

// gather collects the labelled rows that have features and checks these.
func (p *prepared) gather() error {
	values := make([]int8, len(p.Classes))
	var m moments
	for row := range p.table.Len() {
		kind := p.kind(row)
		if kind == '-' {
			continue
		}
		labelled := false
		for c := range values {
			values[c] = int8(p.table.Value(row, c))
			labelled = labelled || values[c] >= 0
		}
		soft := []float32(nil)
		if p.Teacher != nil && kind == 't' {
			soft = make([]float32, len(values))
			var err error
			if labelled, err = p.teach(row, p.temperature, values, soft); err != nil {
				return err
			}
		}
		if !labelled {
			continue
		}
		x := p.Features(row)
		if x == nil {
			continue // counted in dropUnlabelled
		}
		if err := checkFeatures(row, x, p.Dim); err != nil {
			return err
		}
		side := &p.train
		if kind == 'v' {
			side = &p.validation
		} else {
			m.add(x)
		}
		side.rows, side.labels, side.soft = append(side.rows, row), append(side.labels, values...), append(side.soft, soft...)
	}
	p.mean, p.scale = m.standard()
	if p.missing > 0 {
		p.warnings = append(p.warnings, fmt.Sprintf("labelled images without features, which take no part: %d; extract their features and train again", p.missing))
	}
	return nil
}

// checkFeatures refuses a vector of another length and numbers that would poison every weight.
func checkFeatures(row int, x []float32, dim int) error {
	if len(x) != dim {
		return fmt.Errorf("classify: row %d has %d features; want %d. Extract the features again", row, len(x), dim)
	}
	if bad := finite(row, x); bad != nil {
		return fmt.Errorf("classify: %w", bad)
	}
	return nil
}
