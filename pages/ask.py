"""Ask: a conversation in plain words; each answer has a chart, its numbers, its caveats and how it was made."""

from observatory import ui

dataset = ui.current()
ui.heading(dataset, "What do you want to know?")
ui.conversation(dataset)
