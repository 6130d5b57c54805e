package agreement

import (
	"encoding/json"
	"fmt"
	"math"
)

// Figure is a statistic with its bootstrap interval. What cannot be measured is NaN, and Reason says why.
type Figure struct {
	Value  float64 // NaN if it is undefined
	Low    float64 // of the interval; NaN if there is none
	High   float64
	Rows   int    // images behind it
	Reason string // why Value is NaN, else ""
}

// String is "0.612 (0.480-0.731)", or "-" if it is undefined.
func (f Figure) String() string {
	switch {
	case math.IsNaN(f.Value):
		return "-"
	case math.IsNaN(f.Low):
		return fmt.Sprintf("%.3f", f.Value)
	}
	return fmt.Sprintf("%.3f (%.3f-%.3f)", f.Value, f.Low, f.High)
}

// MarshalJSON writes NaN as null.
func (f Figure) MarshalJSON() ([]byte, error) {
	number := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	return json.Marshal(struct {
		Value  *float64 `json:"value"`
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
		Rows   int      `json:"rows"`
		Reason string   `json:"reason,omitempty"`
	}{number(f.Value), number(f.Low), number(f.High), f.Rows, f.Reason})
}

// The reasons.
const (
	noOverlap = "no image has labels of two people"
	oneValue  = "only one value occurs, so nobody could disagree by chance"
	noRepeats = "no blind repeat"
)

// undefined is a figure that cannot be measured.
func undefined(rows int, reason string) Figure {
	return Figure{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Rows: rows, Reason: reason}
}
