"""Words about data: goals, answers and a session of questions as people ask them."""
