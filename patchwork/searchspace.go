package patchwork

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// defaultSpace is what matters most, as wide as it makes sense.
var defaultSpace = map[string]string{
	"rate": "0.0003..0.03", "weight_decay": "0.00001..0.1", "smoothing": "0, 0.05, 0.1, 0.2", "sampling": "class, instance, squareroot",
}

// fill fills the defaults in and reports all that is wrong.
func (o *SearchOptions) fill() error {
	if o.Trials == 0 {
		o.Trials = 20
	}
	if o.Folds == 0 {
		o.Folds = 3
	}
	if o.Space == nil {
		o.Space = defaultSpace
	}
	errs := []error{}
	if o.Trials < 1 || o.Folds < 2 {
		errs = append(errs, fmt.Errorf("patchwork.SearchOptions: Trials is %d and Folds is %d; want 1 or more and 2 or more, or 0 for the defaults", o.Trials, o.Folds))
	}
	known := classify.Settings()
	for _, name := range slices.Sorted(maps.Keys(o.Space)) {
		at := slices.IndexFunc(known, func(s classify.Setting) bool { return s.Name == name })
		if at < 0 {
			names := make([]string, len(known))
			for i, s := range known {
				names[i] = s.Name
			}
			errs = append(errs, fmt.Errorf("patchwork.SearchOptions: Space names %q; want settings of: %s", name, strings.Join(names, ", ")))
			continue
		}
		scratch := o.Base
		if err := drawSetting(&scratch, known[at], o.Space[name], rand.New(rand.NewPCG(0, 0))); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// draw draws every setting of the space, in the order of their names.
func (o *SearchOptions) draw(to *classify.Options, r *rand.Rand) error {
	for _, s := range classify.Settings() {
		if space, ok := o.Space[s.Name]; ok {
			if err := drawSetting(to, s, space, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func drawSetting(to *classify.Options, s classify.Setting, space string, r *rand.Rand) error {
	low, high, isRange := strings.Cut(space, "..")
	if !isRange {
		values := strings.Split(space, ",")
		for _, v := range values { // also those that are not drawn now
			scratch := *to
			if err := s.Set(&scratch, v); err != nil {
				return fmt.Errorf("patchwork.SearchOptions: Space: %w", err)
			}
		}
		return s.Set(to, values[r.IntN(len(values))])
	}
	from, err1 := strconv.ParseFloat(strings.TrimSpace(low), 64)
	until, err2 := strconv.ParseFloat(strings.TrimSpace(high), 64)
	if err1 != nil || err2 != nil || !(from <= until) || len(s.Choices) > 0 {
		return fmt.Errorf("patchwork.SearchOptions: Space of %s is %q; want two numbers such as 0.001..0.1, or values such as %q", s.Name, space, cmp.Or(strings.Join(s.Choices, ", "), "1, 2"))
	}
	for _, end := range []float64{from, until} {
		scratch := *to
		if err := s.Set(&scratch, text(end, s.Whole)); err != nil {
			return fmt.Errorf("patchwork.SearchOptions: Space: %w", err)
		}
	}
	v := from + (until-from)*r.Float64()
	if from > 0 {
		v = from * math.Exp(math.Log(until/from)*r.Float64())
	}
	return s.Set(to, text(v, s.Whole))
}

func text(v float64, whole bool) string {
	if whole {
		v = math.Round(v)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
