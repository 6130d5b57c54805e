package segment

import (
	"image"
	"slices"
	"strings"
	"testing"
)

func TestPaint(t *testing.T) {
	m := image.NewRGBA(image.Rect(3, 5, 7, 7)) // 4 x 2, grey 90
	for i := range m.Pix {
		m.Pix[i] = 90
	}
	s := Map{W: 4, H: 2, N: 3, Labels: []int32{0, 0, 2, 2, 0, 0, 2, None}}
	got, err := s.Paint(m, []int32{2, None, 2})
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) []byte { return got.Pix[got.PixOffset(x, y):][:4] }
	for _, want := range []struct {
		x, y int
		pix  []byte
	}{
		{0, 0, []byte{90, 90, 90, 255}},
		{1, 0, []byte{255, 255, 255, 255}},           // beside segment 2
		{2, 0, []byte{45, (90 + 158) / 2, 102, 255}}, // drawn
		{3, 0, []byte{255, 255, 255, 255}},           // above none
		{3, 1, []byte{30, 30, 30, 255}},              // none
	} {
		if !slices.Equal(at(want.x, want.y), want.pix) {
			t.Errorf("pixel (%d, %d) is %v, want %v", want.x, want.y, at(want.x, want.y), want.pix)
		}
	}
	if m.Pix[0] != 90 {
		t.Error("the picture itself was painted")
	}
	if _, err := (Map{W: 2, H: 2, Labels: make([]int32, 4)}).Paint(m, nil); err == nil || !strings.Contains(err.Error(), "4 x 2 pixels, the map 2 x 2") {
		t.Errorf("another size: %v", err)
	}
}
