package imageset

import "fmt"

// ReadInto decodes row, brings it to one size as o says and puts it into dst, [H, W, C] in [0, 1].
//
// Errors: those of Image; o, Limits or Input is wrong; dst has another length.
func (r *Reader) ReadInto(dst []float32, row int, o Resize) error {
	if err := r.Check(o); err != nil {
		return err
	}
	if want := r.Input.Channels() * o.Size.W * o.Size.H; len(dst) != want {
		return fmt.Errorf("imageset: a picture of %d x %d pixels has %d values and the place for it %d", o.Size.W, o.Size.H, want, len(dst))
	}
	values, err := r.pixels(row, o)
	if err != nil {
		return err
	}
	copy(dst, values)
	keepPixels(values)
	return nil
}
