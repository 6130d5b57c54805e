package augment

// Field describes one parameter, for whoever offers all of them to a person.
type Field struct {
	Name  string  // as in YAML
	About string  // what it does, in a sentence
	Flag  bool    // on or off; otherwise an Amount from 0, which is off, to Most
	Most  float64 // of an Amount

	index int // among the flags or the amounts
}

func (p *Params) flags() []*bool { return []*bool{&p.FlipLeftRight, &p.FlipUpDown, &p.Rot90} }

// Get returns the value of the field in p; of a flag 1 or 0.
func (f Field) Get(p Params) float64 {
	if !f.Flag {
		return float64(*p.amounts()[f.index].at)
	}
	if *p.flags()[f.index] {
		return 1
	}
	return 0
}

// Set sets the field in p. A flag is on for every value but 0.
func (f Field) Set(p *Params, v float64) {
	if f.Flag {
		*p.flags()[f.index] = v != 0
		return
	}
	*p.amounts()[f.index].at = Amount(v)
}

// Fields lists the parameters in the order in which they act.
func Fields() []Field {
	fields := []Field{
		{Name: "flip_left_right", About: "mirrors left and right, every second image", Flag: true},
		{Name: "flip_up_down", About: "mirrors up and down, every second image", Flag: true, index: 1},
		{Name: "rot90", About: "turns by 0, 90, 180 or 270 degrees", Flag: true, index: 2},
	}
	about := map[string]string{
		"shear":             "slants by up to this factor; what lies outside is mirrored",
		"zoom_scale":        "cuts a part of at least this share of the area; smaller is stronger, 0 is off",
		"center_zoom_scale": "cuts the middle, of at least this share of each side; smaller is stronger, 0 is off",
		"solarize":          "probability of turning values above a random threshold into their negative",
		"jitter":            "strength of changes of brightness, contrast, saturation and hue, in random order",
		"brightness_delta":  "multiplies by 1 plus or minus up to this",
		"contrast_delta":    "stretches about the mean by a factor of 1 plus or minus up to this",
		"saturation_delta":  "the same for colour against grey",
		"hue_delta":         "turns the hue by up to this share of the circle",
		"gaussian_blur":     "probability of a blur of 0.1 to 2 pixels",
		"gaussian_noise":    "probability of noise with a standard deviation of 0.1",
		"autocontrast":      "probability of stretching what is brighter than the mean",
		"drop_color":        "probability of grey",
		"sobel_prob":        "probability of edges instead of colours",
		"jpeg_degrade":      "probability of a JPEG of very low quality",
		"mask":              "probability of a grey rectangle",
		"pixel_mask":        "probability of keeping 30 percent of the pixels only",
	}
	var p Params
	for i, a := range p.amounts() {
		fields = append(fields, Field{Name: a.name, About: about[a.name], Most: a.most, index: i})
	}
	return fields
}

// Set is a named set of parameters.
type Set struct {
	Name   string
	About  string
	Params Params
}

// Sets lists the named sets.
func Sets() []Set {
	return []Set{
		{"default", "a bit of everything, for images that have no up and down", Default()},
		{"simclr", "strong colour and crops, after SimCLR", SimCLR()},
		{"falcon-cho", "small crops and strong jitter, after Falcon and Cho", FalconCho()},
		{"fixmatch-weak", "mirrors only", FixMatchWeak()},
		{"fixmatch-strong", "the strong side of FixMatch", FixMatchStrong()},
		{"gui-fixmatch-strong", "the strong side of FixMatch while labelling", GUIFixMatchStrong()},
		{"none", "nothing changes", Params{}},
	}
}
