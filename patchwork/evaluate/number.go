package evaluate

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number is a figure that may be missing: NaN in Go, null in JSON.
type Number float64

// Known reports whether there is a figure.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) }

// MarshalJSON writes null for NaN and for infinities, which JSON cannot hold.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// String is the figure with three decimals, "-" when it is missing.
func (n Number) String() string {
	if !n.Known() {
		return "-"
	}
	return strconv.FormatFloat(float64(n), 'f', 3, 64)
}

var missing = Number(math.NaN())
