package serving

// countColumns checks that there is one column for each feature, and counts the rows.
func (s *Served) countColumns(columns []Column, response *Response) (int, error) {
	response.seen = resize(response.seen, s.width)
	clear(response.seen)
	for i := range columns {
		place, ok := s.places[columns[i].Name]
		if !ok {
			return 0, NewError(MissingColumn, "unknown input %s; expected one tensor for each feature, or a single one for all", Quoted(columns[i].Name))
		}
		if response.seen[place] {
			return 0, NewError(MissingColumn, "input %s is there twice; expected it once", Quoted(columns[i].Name))
		}
		response.seen[place] = true
	}
	if len(columns) < s.width {
		for place, seen := range response.seen {
			if !seen {
				return 0, NewError(MissingColumn, "no input %s; expected one tensor for each feature, or a single one for all", Quoted(s.features[place]))
			}
		}
	}
	rows := len(columns[0].Values)
	for i := range columns {
		if n := len(columns[i].Values); n != rows {
			return 0, NewError(BadRequest, "inputs have %d and %d rows; expected the same number", rows, n)
		}
	}
	return rows, nil
}

// gather makes rows of columns, in the response's memory.
func (s *Served) gather(columns []Column, rows int, response *Response) []float64 {
	response.gathered = resize(response.gathered, rows*s.width)
	x := response.gathered
	for i := range columns {
		place := s.places[columns[i].Name]
		for row, v := range columns[i].Values {
			x[row*s.width+place] = v
		}
	}
	return x
}
