"""The pieces of the review page: text made safe, marks on words, documents, charts, the overview.

Every piece is a pure function to HTML that reads well with neither style sheet nor script; the style
sheet, the script and the frame (``page.css``, ``page.js``, ``boot.js``, ``page.html``) lie beside
them as they are sent.
"""
