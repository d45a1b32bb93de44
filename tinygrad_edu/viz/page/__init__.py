"""The page of the explorer: where things stand, what they are, how they look and what they do.

`place` lays a graph out, `data` writes down all that the page is to know, `assemble` puts the HTML
together. The page's own program is in the `*.js` files, its look in `page.css`.
"""
