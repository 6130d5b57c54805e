package imageset

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Flag is what a check says of an image.
type Flag string

// The flags. A copy or a near duplicate is flagged unless it is the first of its group, so that the images without the
// flag are one of each.
const (
	FlagDark          Flag = "dark"
	FlagLight         Flag = "light"
	FlagBlurry        Flag = "blurry"
	FlagLowInfo       Flag = "low_information"
	FlagOddSize       Flag = "odd_size"
	FlagOddAspect     Flag = "odd_aspect"
	FlagDuplicate     Flag = "duplicate"
	FlagNearDuplicate Flag = "near_duplicate"
)

// AllFlags returns every flag, in the order of documentation and tables.
func AllFlags() []Flag {
	return []Flag{FlagDark, FlagLight, FlagBlurry, FlagLowInfo, FlagOddSize, FlagOddAspect, FlagDuplicate, FlagNearDuplicate}
}

// CheckSettings are the thresholds of the flags. The zero value of every field is a good default.
type CheckSettings struct {
	Dark      float64 `yaml:"dark,omitempty"`            // dark: High is below it; 0 means 80 of 255
	Light     float64 `yaml:"light,omitempty"`           // light: Low is above it; 0 means 235 of 255
	Blurry    float64 `yaml:"blurry,omitempty"`          // blurry: Sharp is below it; 0 means 50
	LowInfo   float64 `yaml:"low_information,omitempty"` // low information: Entropy is below it; 0 means 3 bits
	OddSize   float64 `yaml:"odd_size,omitempty"`        // odd size: √(width·height) is so many times the median, or the median it; 0 means 3
	OddAspect float64 `yaml:"odd_aspect,omitempty"`      // odd aspect: the same for width/height; 0 means 2
	Near      int     `yaml:"near_duplicate,omitempty"`  // near duplicate: Perceptual differs in at most so many of 64 bits; 0 means 4
}

// Check returns an error that names every wrong field, or nil.
func (s CheckSettings) Check() error {
	var errs []error
	need := func(name string, v, low, high float64) {
		if v != 0 && !(v >= low && v <= high) {
			errs = append(errs, fmt.Errorf("imageset.CheckSettings: %s is %g; want %g to %g, or 0 for the default", name, v, low, high))
		}
	}
	need("dark", s.Dark, 0, 255)
	need("light", s.Light, 0, 255)
	need("blurry", s.Blurry, 0, math.MaxFloat64)
	need("low_information", s.LowInfo, 0, 8)
	need("odd_size", s.OddSize, 1, math.MaxFloat64)
	need("odd_aspect", s.OddAspect, 1, math.MaxFloat64)
	need("near_duplicate", float64(s.Near), 1, maxNear)
	return errors.Join(errs...)
}

func (s CheckSettings) withDefaults() CheckSettings {
	return CheckSettings{
		Dark: cmp.Or(s.Dark, 80), Light: cmp.Or(s.Light, 235), Blurry: cmp.Or(s.Blurry, 50), LowInfo: cmp.Or(s.LowInfo, 3),
		OddSize: cmp.Or(s.OddSize, 3), OddAspect: cmp.Or(s.OddAspect, 2), Near: cmp.Or(s.Near, 4),
	}
}

// Flags are the flags of the images of an Index. They never change and are safe for concurrent use.
type Flags struct {
	set          map[Flag][]bool // by row
	copies, near [][]int
	hashed       []int    // rows whose hashes are compared, ascending
	hashes       []uint64 // Perceptual of these
	signs        []uint64 // Signs of these
}

// Flags compares the scores with the thresholds. Rows with a Problem have no flags. Size, aspect and copies are known
// from the Index, so rows that have not been measured can have these flags and no others; the medians are those of the
// rows without a Problem. A picture with the flag low_information is no near duplicate: plain ones are all alike.
//
// Errors: a threshold is wrong.
func (c *Checks) Flags(settings CheckSettings) (*Flags, error) {
	if err := settings.Check(); err != nil {
		return nil, err
	}
	s := settings.withDefaults()
	n := c.index.Len()
	f := &Flags{set: map[Flag][]bool{}}
	for _, flag := range AllFlags() {
		f.set[flag] = make([]bool, n)
	}
	var usable []int
	var sides, aspects []float64
	first, copies := map[string]int{}, newSets(n)
	for row := range n {
		im := c.index.At(row)
		if im.Problem != "" || im.Width < 1 || im.Height < 1 {
			continue
		}
		usable = append(usable, row)
		sides = append(sides, math.Sqrt(float64(im.Width)*float64(im.Height)))
		aspects = append(aspects, float64(im.Width)/float64(im.Height))
		if twin, ok := first[im.Hash]; ok {
			copies.join(row, twin)
		} else {
			first[im.Hash] = row
		}
		score, ok := c.scores[im.Hash]
		if !ok {
			continue
		}
		f.set[FlagDark][row] = score.High < s.Dark
		f.set[FlagLight][row] = score.Low > s.Light
		f.set[FlagBlurry][row] = score.Sharp < s.Blurry
		if f.set[FlagLowInfo][row] = score.Entropy < s.LowInfo; !f.set[FlagLowInfo][row] {
			f.hashed, f.hashes, f.signs = append(f.hashed, row), append(f.hashes, score.Perceptual), append(f.signs, score.Signs)
		}
	}
	side, aspect := median(sides), median(aspects)
	for i, row := range usable {
		f.set[FlagOddSize][row] = max(sides[i]/side, side/sides[i]) > s.OddSize
		f.set[FlagOddAspect][row] = max(aspects[i]/aspect, aspect/aspects[i]) > s.OddAspect
	}
	f.copies = copies.groups()
	f.near = nearGroups(f.hashes, s.Near)
	for _, group := range f.near {
		for i, at := range group {
			group[i] = f.hashed[at]
		}
	}
	f.mark(FlagDuplicate, f.copies)
	f.mark(FlagNearDuplicate, f.near)
	return f, nil
}

func (f *Flags) mark(flag Flag, groups [][]int) {
	for _, group := range groups {
		for _, row := range group[1:] {
			f.set[flag][row] = true
		}
	}
}

// median is the mean of the two middle values for an even number of them, and 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Has says whether row has a flag. A flag or row that does not exist is not had.
func (f *Flags) Has(row int, flag Flag) bool {
	column := f.set[flag]
	return row >= 0 && row < len(column) && column[row]
}

// Of returns the flags of row, in the order of AllFlags.
func (f *Flags) Of(row int) []Flag {
	var flags []Flag
	for _, flag := range AllFlags() {
		if f.Has(row, flag) {
			flags = append(flags, flag)
		}
	}
	return flags
}

// Rows returns the rows that have a flag, ascending.
func (f *Flags) Rows(flag Flag) []int {
	var rows []int
	for row, has := range f.set[flag] {
		if has {
			rows = append(rows, row)
		}
	}
	return rows
}

// Groups returns the groups of two and more behind FlagDuplicate or FlagNearDuplicate, each ascending, by their first
// rows; none for other flags. Copies of one file are near duplicates too. A group can hold pictures that differ in more
// bits than the threshold, if others lie between them. The caller must not change the result.
func (f *Flags) Groups(flag Flag) [][]int {
	switch flag {
	case FlagDuplicate:
		return f.copies
	case FlagNearDuplicate:
		return f.near
	}
	return nil
}
