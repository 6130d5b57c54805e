package network

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Multiscale pools several maps of an extractor, its taps, and joins them to one vector. It has no weights.
//
// Source: Evci et al. 2022, "Head2Toe", arXiv:2201.03529, for taking the maps of many layers.
type Multiscale struct {
	Taps    string  `json:"taps" yaml:"taps"`                           // see Choose; "" means "add"
	Pooling Pooling `json:"pooling,omitempty" yaml:"pooling,omitempty"` // AveragePooling or MaxPooling; "" means AveragePooling
	Dropout float64 `json:"dropout,omitempty" yaml:"dropout,omitempty"` // share of taps that are dropped, in [0.05, 0.95]; 0 means 0.5
	Whole   bool    `json:"whole,omitempty" yaml:"whole,omitempty"`     // no dropout
}

// Check reports every bad field at once.
func (m Multiscale) Check() error {
	bad := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("network.Multiscale: "+format, args...)
	}
	return errors.Join(
		bad(slices.Contains([]Pooling{"", AveragePooling, MaxPooling}, m.Pooling), "Pooling is %q; want %q or %q", m.Pooling, AveragePooling, MaxPooling),
		bad(m.Dropout == 0 || m.Dropout >= 0.05 && m.Dropout <= 0.95, "Dropout is %g; want 0.05 to 0.95, or 0 for the default", m.Dropout))
}

// Choose finds the taps among the names of an extractor's layers, in their order there. Taps is a list of layers separated by
// commas, each by its name or by its number, counted from 0, negative ones from the end, as "block_5_add,3,-1"; or else a regular
// expression that names contain, as "add".
//
// Errors: those of Check; a number that is no layer; a layer that comes twice; an expression that is none or fits no name.
func (m Multiscale) Choose(names []string) ([]int, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	text := m.Taps
	if text == "" {
		text = "add"
	}
	var taps []int
	for i, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		at, n := slices.Index(names, word), 0
		if at < 0 {
			var err error
			if n, err = strconv.Atoi(word); err != nil && i > 0 {
				return nil, fmt.Errorf("network: tap %d of %q is %q; want names or numbers of layers alone, or one regular expression", i+1, text, word)
			} else if err != nil {
				return byName(text, names)
			}
			if at = n; n < 0 {
				at += len(names)
			}
		}
		switch {
		case at < 0 || at >= len(names):
			return nil, fmt.Errorf("network: tap %d of %q is %d; the extractor has the layers 0 to %d", i+1, text, n, len(names)-1)
		case slices.Contains(taps, at):
			return nil, fmt.Errorf("network: tap %d of %q is layer %d again; name each once", i+1, text, at)
		}
		taps = append(taps, at)
	}
	slices.Sort(taps)
	return taps, nil
}

func byName(text string, names []string) (taps []int, err error) {
	expression, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("network: the taps %q are neither numbers of layers nor a regular expression: %w", text, err)
	}
	for i, name := range names {
		if expression.MatchString(name) {
			taps = append(taps, i)
		}
	}
	if len(taps) == 0 {
		shown := names[:min(len(names), 8)]
		return nil, fmt.Errorf("network: the taps %q fit none of the %d layers, such as %q; name some by number or by a part of their name", text, len(names), shown)
	}
	return taps, nil
}

// Width is the length of the joined vector for maps of these shapes.
func (m Multiscale) Width(maps []Shape) (n int) {
	for _, s := range maps {
		n += s.Channels
	}
	return n
}

// Graph pools each map [batch, height, width, channels] and joins the results to [batch, Width]. Where the store is
// training, each tap of each image is 0 as a whole with probability Dropout and else divided by 1-Dropout.
func (m Multiscale) Graph(s *model.Store, maps []*Node) *Node {
	pooling, rate := m.Pooling, m.Dropout
	if pooling == "" {
		pooling = AveragePooling
	}
	if rate == 0 {
		rate = 0.5
	}
	parts := make([]*Node, len(maps))
	for i, x := range maps {
		x = pooling.Graph(x)
		if g := x.Graph(); !m.Whole && s.IsTraining(g) {
			keep := GreaterOrEqual(s.RandomUniform(g, shapes.Make(dtypes.Float32, x.Shape().Dim(0), 1)), Scalar(g, dtypes.Float32, rate))
			x = Mul(x, MulScalar(ConvertDType(keep, x.DType()), 1/(1-rate)))
		}
		parts[i] = x
	}
	return Concatenate(parts, 1)
}
