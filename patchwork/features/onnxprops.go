package features

import (
	"encoding/json"
	"fmt"
	"image"

	"google.golang.org/protobuf/encoding/protowire"
)

// inputProperty is the name of the property of an ONNX file that says how its network wants its pixels. Files that were trained here
// have it, so that nobody needs to say it again.
const inputProperty = "patchwork.input"

// pixels is the value of inputProperty, as JSON.
type pixels struct {
	Mean   []float32 `json:"mean"`
	Std    []float32 `json:"std"`
	BGR    bool      `json:"bgr,omitempty"`
	Layout string    `json:"layout"`
	Output string    `json:"output"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

// modelProperty is the field of properties, of which each has a key and a value.
const (
	modelProperty              protowire.Number = 14
	propertyKey, propertyValue protowire.Number = 1, 2
)

// readPixels finds the property in a file; ok is false where there is none.
func readPixels(data []byte) (p pixels, ok bool, err error) {
	err = eachField(data, func(num protowire.Number, typ protowire.Type, v, _ []byte) error {
		if num != modelProperty || typ != protowire.BytesType {
			return nil
		}
		if key, err := text(v, propertyKey); err != nil || key != inputProperty {
			return err
		}
		value, err := text(v, propertyValue)
		if err == nil {
			err = json.Unmarshal([]byte(value), &p)
		}
		ok = err == nil
		return err
	})
	if err == nil && ok && (len(p.Mean) != 3 || len(p.Std) != 3 || p.Width < 1 || p.Height < 1) {
		err = fmt.Errorf("it has %d means, %d deviations and images of %d×%d pixels", len(p.Mean), len(p.Std), p.Width, p.Height)
	}
	if err != nil {
		return p, false, fmt.Errorf("its property %s is not one that was written here: %w", inputProperty, err)
	}
	return p, ok, nil
}

// withPixels is the file with the property, in place of one that it has.
func withPixels(data []byte, p pixels) ([]byte, error) {
	value, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	out, err := rewrite(data, func(num protowire.Number, _ protowire.Type, v, raw []byte) ([]byte, error) {
		if num == modelProperty {
			if key, err := text(v, propertyKey); err != nil || key == inputProperty {
				return nil, err
			}
		}
		return raw, nil
	})
	return append(out, field(modelProperty, append(field(propertyKey, []byte(inputProperty)), field(propertyValue, value)...))...), err
}

// known is what is known of a file with the property.
func (p pixels) known() knownModel {
	return knownModel{mean: p.Mean, std: p.Std, size: image.Pt(p.Width, p.Height), output: p.Output, about: "said by the file"}
}
