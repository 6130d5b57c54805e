package augment

import "testing"

func TestRGBA(t *testing.T) {
	for c, want := range map[int][8]uint8{
		1: {0, 0, 0, 255, 128, 128, 128, 255}, 2: {0, 0, 0, 255, 255, 255, 255, 255},
		3: {0, 128, 255, 255, 0, 51, 255, 255}, 5: {0, 128, 255, 255, 255, 0, 0, 255},
	} {
		im := &Image{H: 1, W: 2, C: c, Pix: []float32{-1, 0.5, 1, 0, 0.2, 2, 0, 0, 1, 0}[:2*c]}
		got := im.RGBA(nil)
		if [8]uint8(got.Pix) != want {
			t.Errorf("%d channels: got %v, want %v", c, got.Pix, want)
		}
		if again := im.RGBA(got); again != got || [8]uint8(again.Pix) != want {
			t.Errorf("%d channels: drawn again into the same memory: %v", c, again.Pix)
		}
	}
}
