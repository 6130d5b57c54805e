package network

import (
	"fmt"
	"strconv"
	"strings"
)

// Shape is that of one input or output: a map of Height x Width x Channels, or a vector of Channels features, whose
// Height and Width are 0.
type Shape struct {
	Height   int `json:"height,omitempty" yaml:"height,omitempty"`
	Width    int `json:"width,omitempty" yaml:"width,omitempty"`
	Channels int `json:"channels" yaml:"channels"`
}

// Vector is the shape of a vector of n features.
func Vector(n int) Shape { return Shape{Channels: n} }

// IsMap says whether it is a map.
func (s Shape) IsMap() bool { return s.Height != 0 || s.Width != 0 }

// Size is how many numbers it holds.
func (s Shape) Size() int {
	if s.IsMap() {
		return s.Height * s.Width * s.Channels
	}
	return s.Channels
}

// Dims are its axes without the batch: [height, width, channels] or [channels].
func (s Shape) Dims() []int {
	if s.IsMap() {
		return []int{s.Height, s.Width, s.Channels}
	}
	return []int{s.Channels}
}

// String is "7x7x512" or "512".
func (s Shape) String() string {
	if s.IsMap() {
		return fmt.Sprintf("%dx%dx%d", s.Height, s.Width, s.Channels)
	}
	return strconv.Itoa(s.Channels)
}

// valid refuses what holds no numbers.
func (s Shape) valid() bool {
	return s.Channels > 0 && (!s.IsMap() || s.Height > 0 && s.Width > 0)
}

// ParseShape reads what String writes.
//
// Errors: not one or three whole numbers of 1 or more with x between them.
func ParseShape(text string) (Shape, error) {
	var n []int
	for _, word := range strings.Split(text, "x") {
		v, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || v < 1 {
			n = nil
			break
		}
		n = append(n, v)
	}
	switch len(n) {
	case 1:
		return Vector(n[0]), nil
	case 3:
		return Shape{n[0], n[1], n[2]}, nil
	}
	return Shape{}, fmt.Errorf("network: the shape is %q; want height, width and channels as in 7x7x512, or the length of a vector as in 512", text)
}
