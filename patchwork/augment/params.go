package augment

import (
	"bytes"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// Amount is a strength or a probability; 0 is off. In YAML false means 0 too.
type Amount float64

// UnmarshalYAML reads a number, or false for 0.
func (a *Amount) UnmarshalYAML(n *yaml.Node) error {
	if n.Tag == "!!bool" {
		var on bool
		if err := n.Decode(&on); err != nil {
			return err
		}
		if on {
			return fmt.Errorf("line %d: true is no amount; give a number, or false for off", n.Line)
		}
		*a = 0
		return nil
	}
	return n.Decode((*float64)(a))
}

// Params says which operations act and how strongly, in the order in which they act. The zero value does nothing.
type Params struct {
	FlipLeftRight   bool   `yaml:"flip_left_right,omitempty"`
	FlipUpDown      bool   `yaml:"flip_up_down,omitempty"`
	Rot90           bool   `yaml:"rot90,omitempty"`
	Shear           Amount `yaml:"shear,omitempty"`
	ZoomScale       Amount `yaml:"zoom_scale,omitempty"`
	CenterZoomScale Amount `yaml:"center_zoom_scale,omitempty"`
	Solarize        Amount `yaml:"solarize,omitempty"`
	Jitter          Amount `yaml:"jitter,omitempty"`
	BrightnessDelta Amount `yaml:"brightness_delta,omitempty"`
	ContrastDelta   Amount `yaml:"contrast_delta,omitempty"`
	SaturationDelta Amount `yaml:"saturation_delta,omitempty"`
	HueDelta        Amount `yaml:"hue_delta,omitempty"`
	GaussianBlur    Amount `yaml:"gaussian_blur,omitempty"`
	GaussianNoise   Amount `yaml:"gaussian_noise,omitempty"`
	Autocontrast    Amount `yaml:"autocontrast,omitempty"`
	DropColor       Amount `yaml:"drop_color,omitempty"`
	SobelProb       Amount `yaml:"sobel_prob,omitempty"`
	JPEGDegrade     Amount `yaml:"jpeg_degrade,omitempty"`
	Mask            Amount `yaml:"mask,omitempty"`
	PixelMask       Amount `yaml:"pixel_mask,omitempty"`
}

// amount is a field of Params with its name and its largest value; the least is 0.
type amount struct {
	name string
	at   *Amount
	most float64
}

func (p *Params) amounts() []amount {
	return []amount{
		{"shear", &p.Shear, 1}, {"zoom_scale", &p.ZoomScale, 1}, {"center_zoom_scale", &p.CenterZoomScale, 1},
		{"solarize", &p.Solarize, 1}, {"jitter", &p.Jitter, 1.25},
		{"brightness_delta", &p.BrightnessDelta, 1}, {"contrast_delta", &p.ContrastDelta, 1},
		{"saturation_delta", &p.SaturationDelta, 1}, {"hue_delta", &p.HueDelta, 0.5},
		{"gaussian_blur", &p.GaussianBlur, 1}, {"gaussian_noise", &p.GaussianNoise, 1},
		{"autocontrast", &p.Autocontrast, 1}, {"drop_color", &p.DropColor, 1}, {"sobel_prob", &p.SobelProb, 1},
		{"jpeg_degrade", &p.JPEGDegrade, 1}, {"mask", &p.Mask, 1}, {"pixel_mask", &p.PixelMask, 1},
	}
}

// Validate names the first field that lies outside its range, NaN included.
func (p Params) Validate() error {
	for _, a := range p.amounts() {
		if v := float64(*a.at); !(v >= 0 && v <= a.most) {
			return fmt.Errorf("augment: %s is %v; it must lie in [0, %v], 0 is off", a.name, v, a.most)
		}
	}
	return nil
}

// ParseParams reads Params from YAML and validates them. A name that is not known is an error; an empty text is the
// zero value.
func ParseParams(text []byte) (Params, error) {
	var p Params
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil && err != io.EOF {
		return Params{}, fmt.Errorf("augment: parameters: %w", err)
	}
	return p, p.Validate()
}
