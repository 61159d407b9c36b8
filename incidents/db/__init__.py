"""Tables, sessions and the migrations runner."""
