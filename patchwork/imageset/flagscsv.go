package imageset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// CSV writes a table with a line for each usable row of the index: filepath, then what was measured (brightness_p5,
// brightness_p99, sharpness, entropy and perceptual_hash, empty where nothing was), then a column of 0 and 1 for each
// flag of f.
func (c *Checks) CSV(w io.Writer, f *Flags) error {
	out := csv.NewWriter(w)
	head := []string{"filepath", "brightness_p5", "brightness_p99", "sharpness", "entropy", "perceptual_hash"}
	for _, flag := range AllFlags() {
		head = append(head, string(flag))
	}
	errs := []error{out.Write(head)}
	for row := range c.index.Len() {
		if !c.index.Usable(row) {
			continue
		}
		line := []string{c.index.At(row).ID, "", "", "", "", ""}
		if s, ok := c.Scores(row); ok {
			for i, v := range []float64{s.Low, s.High, s.Sharp, s.Entropy} {
				line[1+i] = strconv.FormatFloat(v, 'g', -1, 64)
			}
			line[5] = fmt.Sprintf("%016x", s.Perceptual)
		}
		for _, flag := range AllFlags() {
			is := "0"
			if f.Has(row, flag) {
				is = "1"
			}
			line = append(line, is)
		}
		errs = append(errs, out.Write(line))
	}
	out.Flush()
	if err := errors.Join(append(errs, out.Error())...); err != nil {
		return fmt.Errorf("imageset: the table of checks cannot be written: %w", err)
	}
	return nil
}
