package features

import "fmt"

// Tap is a tensor inside of a network that holds a map for each image. Taps finds those of an ONNX file.
type Tap struct {
	Name     string `json:"name"` // of the tensor
	Operator string `json:"operator,omitempty"`
	Height   int    `json:"height"`
	Width    int    `json:"width"`
	Channels int    `json:"channels"`
}

// Size is how many numbers the map of one image has.
func (t Tap) Size() int { return t.Height * t.Width * t.Channels }

// String is "block_5_add 28×28×32".
func (t Tap) String() string {
	return fmt.Sprintf("%s %d×%d×%d", t.Name, t.Height, t.Width, t.Channels)
}

// IsMaps says whether the numbers of an image are maps.
func (s Spec) IsMaps() bool { return len(s.Taps) > 0 }

// layouts are the arrays that the rows of a store are kept in: one for each map, or one of vectors.
func (s Spec) layouts() []layout {
	if !s.IsMaps() {
		return []layout{vector(s.Dim)}
	}
	list := make([]layout, len(s.Taps))
	for i, t := range s.Taps {
		list[i] = layout{[]int{t.Height, t.Width, t.Channels}, s.Half}
	}
	return list
}

// DiskSize is how many bytes the features of so many images take.
func (s Spec) DiskSize(images int) int64 {
	var sum int64
	for _, l := range s.layouts() {
		sum += l.offset(images)
	}
	return sum
}
